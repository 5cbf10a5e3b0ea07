int weigh(int count, const char *name)
/* here */ {


	int sum = 0 ;
	for (int i = 0 ; i < count ; i++) /* here */ {


		if (name[i] == 'A')
			goto found ;
		sum += (i * 16) + 255 ;
	}
found:
	return sum ;
}

const char *greet(void)
/* here */ {


	return "hello, world" ;
}
